/** Commands for people: keys and tokens made by hand. */
package coordbfaas.cli;
