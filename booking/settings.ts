import { z } from "zod";

/** A room or a piece of equipment, as the booking program knows it. */
export const bookableSchema = z.strictObject({
  /** Its name for good; the owner of its calendar. */
  id: z.string(),
  kind: z.enum(["room", "equipment"]),
  /** What people call it. */
  name: z.string(),
  /** Its mail address and further ones, lower case. */
  addresses: z.array(z.string()),
  building: z.string().optional(),
  capacity: z.int().optional(),
  features: z.array(z.string()),
  /** Bookings it takes at the same time; 0: any number. */
  concurrent: z.int(),
  /** Hours of the day between which it may be booked, by ISO weekday 1 to 7, e.g. `{"1": ["07:00", "22:00"]}`. Absent: always. */
  openingHours: z.record(z.string(), z.tuple([z.string(), z.string()])).optional(),
  /** Groups, by their name in the existing directory, whose members may book it. Empty: everybody. */
  bookers: z.array(z.string()),
});

/** What `/config/booking.json` of the groupware holds. No secrets. */
export const bookingSettings = z.strictObject({
  language: z.enum(["da", "en"]),
  /** Days that calendars and contacts of a person who was deleted are kept. */
  keepDays: z.int(),
  /** Longest series with a room, in days from its first day. */
  maxSeriesDays: z.int(),
  /** What a door screen tells of a booking beside its time. */
  doorShows: z.enum(["time", "organizer", "title"]),
  database: z.strictObject({ host: z.string(), port: z.int(), name: z.string(), user: z.string() }),
  directory: z.strictObject({ url: z.string(), bindDn: z.string() }),
  /** Origin of the calendar's pages, where door screens are. */
  origin: z.string(),
  /** Whether the existing directory's rooms and equipment are bookable too. */
  fromDirectory: z.boolean(),
  /** Those that the stack file declares. */
  bookables: z.array(bookableSchema),
});

/** The checked `/config/booking.json`. */
export type BookingSettings = z.infer<typeof bookingSettings>;
/** A room or a piece of equipment. */
export type Bookable = z.infer<typeof bookableSchema>;

/** Clock and calendar of every Danish municipality. */
export const timeZone = "Europe/Copenhagen";
