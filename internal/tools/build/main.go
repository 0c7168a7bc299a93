// Command build makes the programs that developing the provider needs, from their Go modules, and
// puts them in .dev/bin at the root of the repository:
//
//	go run -C internal/tools ./build TARGET…
//
// What is up to date isn't built again. For each target the absolute path of its program is printed
// on standard output, one a line; everything else goes to standard error.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, names []string, stdout, stderr io.Writer) error {
	if len(names) == 0 {
		return fmt.Errorf("name what to build: %s", targetNames)
	}

	workingDir, err := os.Getwd()
	if err != nil {
		return err
	}
	root, err := findRoot(workingDir)
	if err != nil {
		return err
	}

	for _, name := range names {
		build, err := targetNamed(name)
		if err != nil {
			return err
		}
		program, err := build(ctx, root, stderr)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintln(stdout, program)
	}
	return nil
}

// findRoot walks up from dir to the repository's root.
func findRoot(dir string) (string, error) {
	for current := dir; ; current = filepath.Dir(current) {
		if _, err := os.Stat(filepath.Join(current, "internal", "tools", "go.mod")); err == nil {
			return current, nil
		}
		if current == filepath.Dir(current) {
			return "", fmt.Errorf("%s is not inside a checkout of the provider: no internal/tools/go.mod in it or in any folder above", dir)
		}
	}
}
