package protocol

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// InvokeAction lets an action come to its end when the run is cancelled. The plugin library
// stops listening then, and the framework would leave the action blocked in its next progress
// message, half done.
func (s *server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.Inner.InvokeAction(ctx, req)
	if err != nil {
		return nil, err
	}
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		listening := true
		stream.Events(func(event tfprotov6.InvokeActionEvent) bool {
			listening = listening && push(event)
			return true
		})
	}}, nil
}
