// Package oktasim is an Okta org in memory.
package oktasim
