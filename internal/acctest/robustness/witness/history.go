package witness

// History is all that is known of one run.
type History struct {
	// Run names it, and so says how to run it again.
	Run string
	// Cluster is the run's own Namespace.
	Cluster string
	// Addresses are the resources that the configuration declares, in the end.
	Addresses []string
	// Secrets must be seen nowhere.
	Secrets []string
	// Destroys says that the operation is a destroy.
	Destroys bool
	// Ridden says that the fault is one that the provider has to ride out, Killed that it
	// ended Terraform and the provider without leave.
	Ridden, Killed bool
	// Unnamed says that names are generated, so that nobody can know a lost object again.
	Unnamed bool
	// UsualRequests is how many requests the operation took without a fault.
	UsualRequests int

	// Requests are the operation's, Audit the provider's of the whole run.
	Requests []Request
	Audit    []Event
	// Commands are all runs of Terraform, beginning with the operation.
	Commands []Command
	// Before was when the operation began, After when it had ended, Healed when the same
	// configuration had been applied again, and Destroyed is the end.
	Before, After, Healed, Destroyed Scene
	// Wanted is what the operation makes of it without a fault.
	Wanted map[string]string
	// Strangers are the keys of objects that aren't the provider's.
	Strangers []string
}

// Scene is a moment: what the state says, and what there is.
type Scene struct {
	State   State
	Objects map[string]Object
}

// Command returns the first command of that title, nil where there was none.
func (h History) Command(title string) *Command {
	for i := range h.Commands {
		if h.Commands[i].Title == title {
			return &h.Commands[i]
		}
	}
	return nil
}

// Titles of commands.
const (
	Operation = "operation"
	Heal      = "heal"
	Adopt     = "import"
	Plan      = "plan"
	Destroy   = "destroy"
)
