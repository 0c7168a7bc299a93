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

// Terraform takes an action's stream without a last event for a success. So a cancelled action must
// have one, and any other action only its own.
func TestActionStream_aCancelledActionEndsInAnError(t *testing.T) {
	// Whoever links the plugin server registers the types.
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
