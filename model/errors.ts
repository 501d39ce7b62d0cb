/**
 * An error the user can mend: printed alone, without a stack, exit code 1.
 *
 * The message starts with the file and the path in it, then the value given, what is allowed and what to do, e.g.
 * `stacks/ringsted.yaml: domain: expected a DNS name like "ringsted.dk", got "Ringsted kommune"`.
 * Every other error is a bug and is printed with its stack.
 */
export class UserError extends Error {
  override readonly name = "UserError";
}
