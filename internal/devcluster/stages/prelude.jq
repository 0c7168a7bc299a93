# What the stages' expressions are made of. It precedes every one of them; "." is the Pod.

def annotation($name): .metadata.annotations["devcluster.mar.headgym.com/" + $name];

def behavior: annotation("behavior") // "running";

# A Pod that is neither over nor being deleted.
def alive: .metadata.deletionTimestamp == null and (.status.phase | . != "Succeeded" and . != "Failed");

# A Pod that its node has taken.
def begun: .status.startTime != null;

# A Pod that is kept in ContainerCreating for a while, and hasn't been put there yet.
def uncreated: annotation("start-delay") != null and (begun | not);

# A Pod whose own containers have been started at least once.
def ran: any(.status.containerStatuses[]?; .state.running or .state.terminated or .lastState.terminated);

# A Pod that is to run before something becomes of it.
def postponed: annotation("start-delay") != null or annotation("delay") != null;

# A Pod of which it is time that this becomes.
def due($behavior): alive and behavior == $behavior and (postponed | not) or
  (alive and behavior == $behavior and ran);

def condition($type): first(.status.conditions[]? | select(.type == $type)) // {};

def waiting($reason): any((.status.containerStatuses[]?, .status.initContainerStatuses[]?); .state.waiting.reason == $reason);

# The containers that go on running: the Pod's own, and its sidecars.
def lasting: .spec.containers[], (.spec.initContainers[]? | select(.restartPolicy == "Always"));

def status_of($name): first((.status.containerStatuses[]?, .status.initContainerStatuses[]?) | select(.name == $name)) // {};

def gated: . as $pod | any(.spec.readinessGates[]?; .conditionType as $gate | $pod | condition($gate).status != "True");

# A Pod in which all is as it should be.
def healthy: . as $pod
  | .status.phase == "Running"
    and all(lasting; .name as $name | $pod | status_of($name) | .state.running != null and .ready)
    and condition("Ready").status == (if gated then "False" else "True" end);

# A Pod with a running container of another image than its spec's.
def outdated: . as $pod
  | any(lasting; .name as $name | .image as $image | $pod | status_of($name) | .state.running != null and .image != $image);

# A Pod with a running container of other resources than its spec's.
def resized: . as $pod
  | any(lasting; .name as $name | (.resources // {} | {limits, requests}) as $wanted
      | $pod | status_of($name) | .state.running != null and (.resources // {} | {limits, requests}) != $wanted);

def unobserved: .status.observedGeneration != .metadata.generation;

# A Pod that runs as it should, but for its readiness.
def steady: alive and (outdated | not)
  and (behavior == "running" and healthy or (behavior == "not-ready" and ran and condition("Ready").status == "False"));
