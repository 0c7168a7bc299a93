# What the stages' expressions are made of. It precedes every one of them; "." is the Pod (or the node).

def annotation($name): .metadata.annotations["devcluster.mar.headgym.com/" + $name];

def behaviors: "running", "not-ready", "failed", "succeeded", "crash-loop", "oom-killed", "liveness-failed", "evicted", "image-pull", "config-error", "lost";

def behavior: annotation("behavior") // "running";

def resize_mode: annotation("resize") // "done";

# A duration such as "1m30s" or "500ms", in milliseconds.
def milliseconds: [scan("([0-9.]+)(ms|s|m|h)") | (.[0] | tonumber) * ({ms: 1, s: 1000, m: 60000, h: 3600000}[.[1]])] | add // 0;

# A Pod that has finished, one way or the other.
def over: .status.phase | . == "Succeeded" or . == "Failed";

# A Pod that is neither over nor being deleted.
def alive: .metadata.deletionTimestamp == null and (over | not);

# A Pod that is to be kept in ContainerCreating for a while, and hasn't been put there yet.
def uncreated: annotation("start-delay") != null and .status.startTime == null;

# A Pod whose own containers have been started at least once.
def ran: any(.status.containerStatuses[]?; .state.running != null or .state.terminated != null or .lastState.terminated != null);

# A Pod that is to run before something becomes of it.
def postponed: annotation("start-delay") != null or annotation("delay") != null;

# A Pod of which it is time that something becomes.
def due: alive and ((postponed | not) or ran);

def condition($type): first(.status.conditions[]? | select(.type == $type)) // {};

def statuses: .status.containerStatuses[]?, .status.initContainerStatuses[]?;

def status_of($name): first(statuses | select(.name == $name)) // {};

def waiting($reason): any(statuses; .state.waiting.reason == $reason);

def containers: .spec.containers[], .spec.initContainers[]?;

# The containers that go on running: the Pod's own, and its sidecars.
def lasting: .spec.containers[], (.spec.initContainers[]? | select(.restartPolicy == "Always"));

# A Pod with a container that waits for this reason with the image that its spec still has.
def held($reason): . as $pod
  | any(containers; .name as $name | .image as $image
      | $pod | status_of($name) | .state.waiting.reason == $reason and .image == $image);

def all_running: . as $pod | all(lasting; .name as $name | $pod | status_of($name) | .state.running != null);

def gated: . as $pod | any(.spec.readinessGates[]?; .conditionType as $gate | $pod | condition($gate).status != "True");

# A Pod in which all is as it should be.
def healthy: . as $pod
  | .status.phase == "Running" and all_running and all(lasting; .name as $name | $pod | status_of($name) | .ready)
    and condition("Ready").status == (if gated then "False" else "True" end);

# A Pod that runs without being ready.
def unready: .status.phase == "Running" and all_running and condition("Ready").status == "False";

# A Pod with a running container of another image than its spec's.
def outdated: . as $pod
  | any(lasting; .name as $name | .image as $image | $pod | status_of($name) | .state.running != null and .image != $image);

# A Pod that runs as it is to: nothing is left to do but to resize it.
def settled: alive and (outdated | not) and (behavior == "running" and healthy or (behavior == "not-ready" and unready));

def amounts: .resources // {} | {limits, requests};

# A Pod with a running container of other resources than its spec's.
def resized: . as $pod
  | any(lasting; .name as $name | amounts as $wanted | $pod | status_of($name) | .state.running != null and amounts != $wanted);

def unobserved: .status.observedGeneration != .metadata.generation;

# A Pod whose resize has been reported, in its present generation, as what it is.
def resize_reported: (unobserved | not)
  and condition("PodResizePending").reason == {deferred: "Deferred", infeasible: "Infeasible"}[resize_mode];

# How long a crashed container waits for its restart: 250 ms, doubled each time, up to 4 s. A kubelet waits 40 times that.
def crash_back_off: ([statuses | .restartCount] | max) as $restarts
  | "\([250 * pow(2; $restarts - 1), 4000] | min | floor)ms";

# How long a Pod takes to stop: as long as it says, but no longer than its grace period.
def stop_delay: [(annotation("stop-delay") // "0s" | milliseconds), ((.metadata.deletionTimestamp | fromdate) - now) * 1000]
  | "\([min, 0] | max | floor)ms";
