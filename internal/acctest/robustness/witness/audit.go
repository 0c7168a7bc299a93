package witness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// AuditPolicy has the API server note what was written, for objects that carry a nonce or go
// by a UID, and of everything else who asked for what.
const AuditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: RequestResponse
  verbs: [create, delete]
  resources:
  - group: ""
    resources: [namespaces, pods, podtemplates]
- level: Metadata
`

// Agent begins the user agent of the provider.
const Agent = "terraform-provider-mar"

// Event is what the API server says that the provider did.
type Event struct {
	Verb, Resource, Namespace, Name string
	// Code is the answer's.
	Code int
	// UID is that of the object that was created, or the precondition of a delete; Nonce is a
	// create's. Both are known of Namespaces, Pods and PodTemplates.
	UID, Nonce string
	DryRun     bool
}

// Carried reports whether it was carried out.
func (e Event) Carried() bool { return e.Code >= 200 && e.Code < 300 && !e.DryRun }

// Writes reports whether it asks for a change.
func (e Event) Writes() bool {
	switch e.Verb {
	case "create", "patch", "update", "delete", "deletecollection":
		return !e.DryRun
	}
	return false
}

// AuditLog reads the API server's audit log as it grows, and keeps what the provider did by
// the cluster that it did it in.
type AuditLog struct {
	path string

	mu     sync.Mutex
	offset int64
	events map[string][]Event
	seen   map[string]bool
}

// NewAuditLog reads the log in that file, which need not be there yet.
func NewAuditLog(path string) *AuditLog {
	return &AuditLog{path: path, events: map[string][]Event{}, seen: map[string]bool{}}
}

// Of are the events of one cluster so far.
func (l *AuditLog) Of(cluster string) ([]Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.read(); err != nil {
		return nil, err
	}
	return append([]Event(nil), l.events[cluster]...), nil
}

// Forget drops what a cluster that is gone has done.
func (l *AuditLog) Forget(cluster string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.events, cluster)
}

func (l *AuditLog) read() error {
	file, err := os.Open(l.path)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Seek(l.offset, io.SeekStart); err != nil {
		return err
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	end := bytes.LastIndexByte(data, '\n') + 1
	l.offset += int64(end)
	for line := range bytes.Lines(data[:end]) {
		// Most lines are others', and decoding each would cost more than all the rest.
		if !bytes.Contains(line, []byte(`"userAgent":"`+Agent)) {
			continue
		}
		id, event, err := eventOf(line)
		if err != nil {
			return fmt.Errorf("the audit log has %q: %w", line, err)
		}
		if l.seen[id] {
			continue
		}
		l.seen[id] = true
		cluster := event.Namespace
		l.events[cluster] = append(l.events[cluster], event)
	}
	return nil
}

// eventOf decodes a line of the log.
func eventOf(line []byte) (id string, event Event, err error) {
	var entry struct {
		AuditID, Verb, RequestURI string
		ObjectRef                 struct{ Resource, Subresource, Namespace, Name string }
		ResponseStatus            struct{ Code int }
		RequestObject             struct {
			Metadata struct {
				Annotations map[string]string `json:"annotations"`
			} `json:"metadata"`
			Preconditions struct{ UID string } `json:"preconditions"`
		}
		ResponseObject struct {
			Metadata struct{ Name, UID string } `json:"metadata"`
		}
	}
	if err := json.Unmarshal(line, &entry); err != nil {
		return "", Event{}, err
	}
	ref := entry.ObjectRef
	event = Event{
		Verb: entry.Verb, Resource: ref.Resource, Namespace: ref.Namespace, Name: ref.Name,
		Code:   entry.ResponseStatus.Code,
		Nonce:  entry.RequestObject.Metadata.Annotations[annotationNonce],
		UID:    entry.RequestObject.Preconditions.UID,
		DryRun: strings.Contains(entry.RequestURI, "dryRun=All"),
	}
	if ref.Subresource != "" {
		event.Resource += "/" + ref.Subresource
	}
	if entry.Verb == "create" {
		event.UID = entry.ResponseObject.Metadata.UID
		if event.Name == "" {
			event.Name = entry.ResponseObject.Metadata.Name
		}
	}
	if ref.Resource == "namespaces" && event.Namespace == "" {
		event.Namespace = event.Name
	}
	return entry.AuditID, event, nil
}
