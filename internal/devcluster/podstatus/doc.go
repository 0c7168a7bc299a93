// Package podstatus says what a kubelet reports of a Pod that starts, fails, crashes, is evicted, and so on. Its
// functions are pure: from a Pod as it is and what happens to it follow its next status and the event that tells of
// it. Conditions come from the kubelet's own code; reasons and messages are worded as the kubelet words them.
package podstatus
