// Package power decides how an instance is started, stopped and restarted.
//
// StateOf reduces what exists under an instance's name to a State. A table gives the Step from
// each State to running or stopped. All functions are pure: package store carries the steps out.
package power
