/** Why an answer did not come, each with what a person can do about it. */

/** The server does not answer, or answers that something behind it does not; it will be tried again. */
export class Unreachable extends Error {}

/** The session cannot be renewed: sign in again. */
export class SignedOut extends Error {}

/** Email and password do not belong together. */
export class WrongPassword extends Error {}

/** Signing in is refused for a while. */
export class TooManyTries extends Error {}

/** There is no such thing, or not for this user. */
export class NotFound extends Error {}
