package process

import (
	"bytes"
	"io"
	"os"
)

// Tail returns the last lines of what a log holds from an offset on, reading no more of its end than they can take.
func Tail(path string, from int64, lines int) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()

	const longestLine = 4096
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return "", err
	}
	start := max(min(from, end), end-int64(lines*longestLine))
	data := make([]byte, end-start)
	if _, err := file.ReadAt(data, start); err != nil && err != io.EOF {
		return "", err
	}
	all := bytes.Split(bytes.TrimRight(data, "\n"), []byte("\n"))
	return string(bytes.Join(all[max(0, len(all)-lines):], []byte("\n"))), nil
}
