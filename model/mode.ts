/** The modes a stack can be in; see docs/operate.md. */
export const modes = ["dormant", "active"] as const;

/**
 * What runs: `dormant` nothing (volumes, images and secrets are kept), `active` everything.
 * Changed by one word in the stack file and `pulumi up`.
 */
export type Mode = (typeof modes)[number];
