// Package power says what becomes of an instance that is stopped, or should be.
//
// StateOf reduces what there is under an instance's name to a State; a table says the Step
// that leads from each State to running or stopped. Everything is a function of its arguments.
package power
