import { z } from "zod";
import { displayText, memoryMiB } from "../../config/fields.ts";
import { fromDirectory } from "./from-directory.ts";

const time = () => z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: 'expected a time like "07:30"' });

/** ISO weekday by the day's name in the stack file. */
export const weekdays = { mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6, sun: 7 } as const;

const hours = z
  .string()
  .regex(/^\d\d:\d\d-\d\d:\d\d$/, { error: 'expected hours like "07:00-22:00"' })
  .refine(
    (value) => {
      const [from = "", to = ""] = value.split("-");
      return time().safeParse(from).success && time().safeParse(to).success && from < to;
    },
    { error: 'expected hours like "07:00-22:00", the first before the second' },
  );

const bookable = (what: string) =>
  z.strictObject({
    id: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/, { error: 'expected 2 to 40 of a-z, 0-9 and "-", like "moede-1"' })
      .describe(`Short name of the ${what} for good: its calendar is kept under it`),
    name: displayText().describe("What people call it"),
    address: z.email({ error: "expected a mail address" }).describe("Its mail address, by which it is invited"),
    building: displayText().optional().describe("Building or place. Default: none"),
    features: z
      .array(displayText())
      .max(20)
      .default([])
      .describe("What it offers, in a word or two each. Default: none"),
    openingHours: z
      .partialRecord(z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), hours)
      .optional()
      .describe(
        'Hours it may be booked, by day, e.g. {mon: "07:00-22:00"}; a day not named is closed. Default: always',
      ),
    bookableBy: z
      .array(z.string().min(1).max(300))
      .default([])
      .describe("Groups of the existing directory whose members may book it, by name. Default: everybody"),
    concurrent: z
      .int()
      .min(0)
      .max(1000)
      .default(1)
      .describe("Bookings it takes at the same time; 0: any number. Default: 1"),
  });

const unique = <T extends { id: string }>(items: T[]) => new Set(items.map(({ id }) => id)).size === items.length;

/** The section `booking` of the stack file. */
export const bookingConfig = z
  .strictObject({
    rooms: z
      .array(
        bookable("room").extend({
          capacity: z.int().min(1).max(10_000).optional().describe("People it holds. Default: not told"),
        }),
      )
      .max(500)
      .default([])
      .refine(unique, { error: "two rooms have the same id" })
      .describe("Rooms that can be booked. Default: none"),
    equipment: z
      .array(bookable("equipment"))
      .max(500)
      .default([])
      .refine(unique, { error: "two pieces of equipment have the same id" })
      .describe("Cars, projectors and the like that can be booked. Default: none"),
    fromDirectory: fromDirectory.optional(),
    doorShows: z
      .enum(["time", "organizer", "title"])
      .default("organizer")
      .describe("What the screen at a door tells of a booking beside its time. Default: organizer"),
    keepDays: z
      .int()
      .min(1)
      .max(3650)
      .default(180)
      .describe(
        "Days the calendars and contacts of a person who was deleted in the existing directory are kept. Default: 180",
      ),
    memoryMiB: memoryMiB(320),
    cpu: z.number().min(0.1).max(64).default(1).describe("Limit of processor cores. Default: 1"),
  })
  .refine(({ rooms, equipment }) => unique([...rooms, ...equipment]), {
    error: "a room and a piece of equipment have the same id",
    path: ["equipment"],
  })
  .refine(
    ({ rooms, equipment }) => {
      const addresses = [...rooms, ...equipment].map(({ address }) => address.toLowerCase());
      return new Set(addresses).size === addresses.length;
    },
    { error: "two of the rooms and equipment have the same address" },
  )
  .describe("Calendar, booking, contacts and web mail");

/** The checked section `booking`. */
export type BookingConfig = z.infer<typeof bookingConfig>;
