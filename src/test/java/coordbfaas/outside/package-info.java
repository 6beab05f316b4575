/** What any client or onlooker can do and see, from outside the program: bytes on a socket, and facts that come to hold. */
package coordbfaas.outside;
