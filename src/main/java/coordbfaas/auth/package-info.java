/**
 * Who may do what: key pairs, and the tokens signed with them. Pure; the instant is always an argument.
 */
package coordbfaas.auth;
