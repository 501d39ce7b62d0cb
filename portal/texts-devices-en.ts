import type { DeviceTexts } from "./texts-devices.ts";

/** English. */
export const enDevices: DeviceTexts = {
  card: {
    title: "On your phone and in your mail program",
    text: "Mail, calendar and files can be used outside the browser too. Each device gets an app password of its own, which you can remove by itself.",
  },
  passwords: {
    title: "App passwords",
    lead: "An app password is for one device: your phone, your tablet or a mail program. If the device is lost, you remove its password here, and all else goes on.",
    kinds: {
      mail: ["E-mail", "read and send"],
      dav: ["Calendar, contacts and files", "meetings and rooms too"],
    },
    list: {
      title: "Your app passwords",
      empty: "You have none yet.",
      head: ["Device", "Used for", "Made", "Last used"],
      never: "Not used yet",
      away: "The app passwords cannot be read right now. Those you have are likely to work all the same. Try again in a moment.",
    },
    form: {
      title: "Make a new one",
      name: "What is the device called?",
      nameHint: "A name you will know it by, e.g. “My phone”.",
      nameMissing: "Write a name that you will know the device by.",
      what: "What is it for?",
      whatMissing: "Choose at least one.",
      make: "Make app password",
      tooMany: "You have as many as one can have. Remove one that you do not use, and try again.",
    },
    made: {
      title: "Your new app password",
      once: "The password is shown this once. Set up the device before you leave the page. If it goes wrong, just make a new one.",
      login: "User name",
      password: "App password",
      typing: "Capitals and hyphens do not matter when you type it.",
      android: {
        title: "Mail on Android",
        steps: [
          "Get the app Thunderbird.",
          "Choose to import settings, and choose QR code.",
          "Point the phone at the code here. Mail is then set up, password and all.",
        ],
      },
      androidCode: "QR code for Thunderbird with settings and password",
      apple: {
        title: "iPhone and iPad",
        steps: [
          "If you are on the phone now, get the profile here. The password comes along.",
          "Open Settings within eight minutes, and tap the downloaded profile at the top.",
          "Tap Install. It says that the profile is not signed: that is right.",
        ],
      },
      appleButton: "Get the profile with the password",
      done: "Done",
    },
    remove: {
      button: "Remove",
      of: (name) => `Remove the app password of ${name}`,
      title: (name) => `Remove the access of “${name}”?`,
      text: "The device can no longer get mail, calendar or files. You can always make a new app password.",
      keep: "Keep it",
      removed: "The app password is removed. The device is out within a minute.",
    },
  },
  devices: {
    menu: "Phone",
    title: "Phone and mail program",
    lead: "Choose your device. It finds most things by itself once you have an app password.",
    nothing: "The municipality has not opened for phones and mail programs here. Use the browser.",
    first: {
      title: "First: an app password",
      steps: [
        "Your usual password does not work on devices when you have two-step login. Make an app password for each device.",
      ],
      button: "Make an app password",
    },
    apple: {
      title: "For iPhone and iPad",
      steps: [
        "Open this page on the phone: point the camera at the code, and log in.",
        "Get the profile, open Settings within eight minutes, and tap the downloaded profile at the top.",
        "Tap Install, and type your app password when asked.",
      ],
      unsigned: "The phone says that the profile is not signed. That is right. Get it from the start page only.",
      button: "Get the profile",
      code: "QR code with the address of this page",
    },
    android: {
      title: "Mail on Android",
      steps: [
        "Get the app Thunderbird.",
        "Choose to import settings, choose QR code, and point the phone at the code here.",
        "Type your app password.",
      ],
      code: "QR code for Thunderbird with settings, without a password",
    },
    dav: {
      title: "Calendar and contacts on Android",
      steps: [
        "Get the app DAVx⁵.",
        "If you are on the phone, tap the link. Otherwise point the camera at the code.",
        "Type your app password, and choose what to bring along.",
      ],
      link: "Open in DAVx⁵",
      code: "QR code with the calendar's address for DAVx5",
    },
    thunderbird: {
      title: "Thunderbird on your PC",
      steps: [
        "Choose New account, and type your name, your mail address and your app password.",
        "Thunderbird finds the rest by itself. Press Done.",
        "For the calendar: choose New calendar, On the network, and type the address below.",
      ],
    },
    files: {
      title: "Files in the Explorer",
      steps: [
        "Right-click This PC, and choose Map network drive.",
        "Type this address as the folder.",
        "Log in with your user name and your app password.",
      ],
    },
    all: {
      title: "All settings",
      head: ["What", "Server or address", "Port number", "Security"],
      names: {
        imap: "Incoming mail (IMAP)",
        smtp: "Outgoing mail (SMTP)",
        caldav: "Calendar (CalDAV)",
        carddav: "Contacts (CardDAV)",
        webdav: "Files (WebDAV)",
      },
      security: { tls: "TLS", starttls: "TLS after STARTTLS" },
      login: (login) => `The user name is ${login}. The password is an app password.`,
    },
    profile: {
      title: (municipality) => `${municipality}: mail and calendar`,
      about: "Sets up mail, calendar and contacts. Can be removed again in Settings.",
    },
  },
};
