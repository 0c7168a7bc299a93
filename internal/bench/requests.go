package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// counts is how many requests there were by kind, such as "list pods".
type counts map[string]int

func (c counts) total() int {
	sum := 0
	for _, n := range c {
		sum += n
	}
	return sum
}

// auditLog reads the API server's audit log, which unlike its metrics tells whose request each was:
// the controllers', the scheduler's and the simulated nodes' are many more than those measured.
type auditLog struct {
	path   string
	offset int64
}

// skip leaves out what came so far.
func (l *auditLog) skip() error {
	info, err := os.Stat(l.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	l.offset = info.Size()
	return nil
}

// count counts the requests since skip of clients whose user agent begins with agent.
func (l *auditLog) count(agent string) (counts, error) {
	file, err := os.Open(l.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if _, err := file.Seek(l.offset, io.SeekStart); err != nil {
		return nil, err
	}
	return countEvents(file, agent)
}

// countEvents counts each request once: a watch is told of when it begins and when it ends.
func countEvents(log io.Reader, agent string) (counts, error) {
	const longestLine = 4 << 20
	all, seen := counts{}, map[string]bool{}
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		var event struct {
			AuditID, Verb, UserAgent, RequestURI string
			ObjectRef                            struct{ Resource, Subresource string }
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			return nil, fmt.Errorf("the audit log has %q: %w", lines.Text(), err)
		}
		if !strings.HasPrefix(event.UserAgent, agent) || seen[event.AuditID] {
			continue
		}
		seen[event.AuditID] = true
		of := event.ObjectRef.Resource
		if of == "" {
			of, _, _ = strings.Cut(event.RequestURI, "?")
		}
		if event.ObjectRef.Subresource != "" {
			of += "/" + event.ObjectRef.Subresource
		}
		all[event.Verb+" "+of]++
	}
	return all, lines.Err()
}
