package serve

import (
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

const (
	// invokeAction is the call whose answer is a stream of events. The last event says how the
	// action ended.
	invokeAction = "/tfplugin6.Provider/InvokeAction"
	invokeEvent  = protoreflect.FullName("tfplugin6.InvokeAction.Event")
)

// actionStream records whether Terraform got the last event of an action. When Terraform cancels
// the provider, tf6server drops an action's events, even the last, and Terraform takes a stream
// without one for a success.
type actionStream struct {
	grpc.ServerStream
	ended bool
}

// SendMsg sends an event.
func (a *actionStream) SendMsg(event any) error {
	if message, ok := event.(proto.Message); ok && isEnd(message.ProtoReflect()) {
		a.ended = true
	}
	return a.ServerStream.SendMsg(event)
}

func isEnd(event protoreflect.Message) bool {
	completed := event.Descriptor().Fields().ByName("completed")
	return completed != nil && event.Has(completed)
}

// end sends Terraform the event that the action was cancelled, if it got no last event.
func (a *actionStream) end() error {
	if a.ended {
		return nil
	}
	event, err := cancelledAction()
	if err != nil {
		return err
	}
	return a.SendMsg(event)
}

// cancelledAction returns the event of an action that ends in an error. Its type is internal to
// terraform-plugin-go, so it is built from its descriptor.
func cancelledAction() (proto.Message, error) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(invokeEvent)
	if err != nil {
		return nil, fmt.Errorf("end an action that was cancelled: %w", err)
	}
	event := kind.New()
	completed := event.Mutable(event.Descriptor().Fields().ByName("completed")).Message()
	diagnostic := completed.Mutable(completed.Descriptor().Fields().ByName("diagnostics")).List().AppendMutable().Message()
	fields := diagnostic.Descriptor().Fields()
	const severityError = 1
	diagnostic.Set(fields.ByName("severity"), protoreflect.ValueOfEnum(severityError))
	diagnostic.Set(fields.ByName("summary"), protoreflect.ValueOfString("The action was cancelled"))
	diagnostic.Set(fields.ByName("detail"), protoreflect.ValueOfString("The run was cancelled before the action ended. What it did so far stays, and nothing is lost. Invoke it again: it goes on from there."))
	return event.Interface(), nil
}
