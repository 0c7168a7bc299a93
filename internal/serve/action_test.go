package serve

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// sent is a stream that keeps what is sent.
type sent struct {
	grpc.ServerStream
	events []proto.Message
}

func (s *sent) SendMsg(event any) error {
	s.events = append(s.events, event.(proto.Message)) //nolint:forcetypeassert // all that is sent here is one
	return nil
}

func (s *sent) Context() context.Context { return context.Background() }

// Terraform takes the stream of an action without a last event for a success, so a cancelled
// action has to have one, and any other exactly its own.
func TestActionStream_aCancelledActionEndsInAnError(t *testing.T) {
	// The types are registered by whoever links the plugin server.
	_ = tf6server.GRPCProviderPlugin{}
	last, err := cancelledAction()
	if err != nil {
		t.Fatal(err)
	}
	for name, sends := range map[string][]proto.Message{"cancelled": nil, "ended": {last}} {
		stream, l := &sent{}, &lifetime{}
		err := l.stream(nil, stream, &grpc.StreamServerInfo{FullMethod: invokeAction}, func(_ any, to grpc.ServerStream) error {
			for _, event := range sends {
				if err := to.SendMsg(event); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(stream.events) != 1 || !isEnd(stream.events[0].ProtoReflect()) {
			t.Errorf("%s: sent %v, %v", name, stream.events, err)
		}
	}
}
