package pages

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"
)

// A Site is the repository's files.
type Site struct{ Files fs.FS }

const (
	// docs has the pages that the registries show. A link there names a page without its ending, and can't leave.
	docs       = "docs"
	repository = "https://github.com/headgym/terraform-provider-mar"
)

// CheckLink errs unless the link of a page, which is named by its path, leads to a page, a file, a folder or a heading
// that is there. Of a link to another site it looks at the form only.
func (s Site) CheckLink(page, link string) error {
	target, err := url.Parse(link)
	if err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(link, repository+"/"):
		return s.checkOwn(strings.TrimPrefix(link, repository+"/"))
	case target.Scheme == "mailto":
		return nil
	case target.Scheme == "https" && target.Host != "":
		return nil
	case target.Scheme != "" || target.Host != "" || strings.HasPrefix(target.Path, "/"):
		return errors.New("it is neither relative nor https")
	case target.Path == "":
		return s.checkAnchor(page, target.Fragment)
	}
	file := path.Join(path.Dir(page), target.Path)
	if inDocs(page) {
		if !inDocs(file) {
			return errors.New("it leads out of docs, where the registry has nothing; name the file on GitHub")
		}
		file += ".md"
	}
	if _, err := fs.Stat(s.Files, file); err != nil {
		return err
	}
	return s.checkAnchor(file, target.Fragment)
}

func inDocs(file string) bool { return strings.HasPrefix(file, docs+"/") }

// checkOwn is about a link to the repository on GitHub, of which rest is the end: a file or folder, or one of GitHub's
// own pages.
func (s Site) checkOwn(rest string) error {
	file, anchor, _ := strings.Cut(rest, "#")
	for _, kind := range []string{"blob/main/", "tree/main/"} {
		if own, ok := strings.CutPrefix(file, kind); ok {
			if _, err := fs.Stat(s.Files, own); err != nil {
				return err
			}
			return s.checkAnchor(own, anchor)
		}
	}
	return nil
}

func (s Site) checkAnchor(file, anchor string) error {
	if anchor == "" {
		return nil
	}
	source, err := fs.ReadFile(s.Files, file)
	if err != nil {
		return err
	}
	if !Parse(source).Anchors[anchor] {
		return fmt.Errorf("%s has no heading for #%s", file, anchor)
	}
	return nil
}
