// Command mar-release does for a release what GoReleaser doesn't: it gathers licences, states the provenance, signs
// without a gpg program, and verifies the whole before anything is published. `.goreleaser.yml` calls it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	err := run(ctx, os.Args[1:], os.Stdout)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "mar-release: %v\n", err)
		os.Exit(1)
	}
}

// A command reads its arguments and does one thing. What others read of it goes to out.
type command func(ctx context.Context, arguments []string, out io.Writer) error

func run(ctx context.Context, arguments []string, out io.Writer) error {
	const names = "licenses, new-key, provenance, sign, verify"
	if len(arguments) == 0 {
		return errors.New("say what to do: " + names)
	}
	commands := map[string]command{
		"licenses":   writeLicenses,
		"new-key":    newKey,
		"provenance": writeProvenance,
		"sign":       sign,
		"verify":     verify,
	}
	chosen, ok := commands[arguments[0]]
	if !ok {
		return fmt.Errorf("there is no command %q; there are: %s", arguments[0], names)
	}
	return chosen(ctx, arguments[1:], out)
}

// parse reads flags, all of which have to be given.
func parse(flags *flag.FlagSet, arguments []string) error {
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s: what is %q?", flags.Name(), flags.Arg(0))
	}
	var missing []string
	flags.VisitAll(func(f *flag.Flag) {
		if f.Value.String() == "" {
			missing = append(missing, "-"+f.Name)
		}
	})
	if len(missing) > 0 {
		return fmt.Errorf("%s: missing %s", flags.Name(), strings.Join(missing, ", "))
	}
	return nil
}
