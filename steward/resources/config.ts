import { z } from "zod";

const groups = (who: string) =>
  z.array(z.string().min(1)).default([]).describe(`Groups of ${who}, by their name in the existing directory.`);

/** A resource as a service declares it: a shared mailbox, a room or a piece of equipment. */
export const resourceSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected up to 63 characters of a-z, 0-9 and "-"')
    .describe("Its name for good: what is kept of it is kept under this name."),
  kind: z.enum(["sharedMailbox", "room", "equipment"]).describe("What it is."),
  displayName: z.string().min(1).describe("What people call it."),
  mail: z.string().min(3).describe("Its mail address."),
  aliases: z.array(z.string().min(3)).default([]).describe("Further mail addresses."),
  description: z.string().optional().describe("A few words on it."),
  roomNumber: z.string().optional().describe("Number of the room."),
  building: z.string().optional().describe("Building or place."),
  capacity: z.number().int().min(0).optional().describe("People it holds."),
  concurrent: z.number().int().min(0).optional().describe("Bookings it takes at the same time."),
  quotaMiB: z.number().int().min(1).optional().describe("Room for its mail in MiB."),
  readers: groups("those who read it"),
  senders: groups("those who send in its name"),
  bookers: groups("those who book it"),
});

/** What a service hands to the steward in `/config/resources/<service>.json`. */
export const resourcesSchema = z.strictObject({
  resources: z
    .array(resourceSchema)
    .describe("The service's resources; what is no longer here goes out of the directory."),
});

/** A declared resource, complete. */
export type Resource = z.infer<typeof resourceSchema>;
/** A service's file as it writes it: without what has a default. */
export type ResourcesInput = z.input<typeof resourcesSchema>;
