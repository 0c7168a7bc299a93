// Package github holds what the project's workflows, issue forms and other settings for GitHub have to be. All of it is
// tests; actionlint, in "make lint", looks at the workflows' syntax.
package github
