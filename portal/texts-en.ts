import type { Texts } from "./texts.ts";

/** English. */
export const en: Texts = {
  startPage: "Start page",
  welcome: (name) => `Hello, ${name}`,
  intro: "This is what runs right now, and where you find it.",
  services: {
    title: "Services",
    ground: "Logins and users",
    up: "Running",
    down: "Not answering",
    unknown: "Unknown",
    open: (what) => `Open ${what}`,
    seen: (time) => `Seen at ${time}.`,
    unseen: "The state cannot be read right now. The services may be running all the same.",
    copied: (age) => `Copied ${age} ago.`,
  },
  me: {
    title: "You",
    name: "Name",
    user: "User name",
    mail: "Mail",
    department: "Department",
    job: "Title",
    groups: "Groups",
    login: "Logged in",
    wrong: "If something is wrong, it is mended where it always is: in the municipality's user directory.",
  },
  factor: {
    title: "Two-step login",
    why: "The password is the first step. The second is something you have with you. Have two if you can, so that you get in when one is lost.",
    none: "You have no second step yet.",
    unknown: "What you have cannot be read right now. You can see it under “Show and remove”.",
    types: {
      otp: "Code app",
      webauthn: "Security key",
      "webauthn-passwordless": "Passkey",
      "recovery-authn-codes": "Recovery codes on paper",
    },
    since: (date) => `from ${date}`,
    add: {
      otp: "Add a code app",
      webauthn: "Add a security key",
      "webauthn-passwordless": "Add a passkey",
      "recovery-authn-codes": "Make recovery codes",
    },
    manage: "Show and remove",
  },
  help: {
    title: "Help",
    lead: "Print the guide and put it in a drawer before you need it.",
    link: "How to log in",
    phone: "Telephone",
    mail: "Mail",
    noContact: "Call the municipality's IT support.",
    page: {
      title: "How to log in",
      lead: "You use the same user name and password as always - also on the day when the systems you are used to are gone.",
      print: "This page can be printed.",
      login: {
        title: "On an ordinary day",
        steps: [
          "Open the address above in a browser.",
          "Type your user name or mail address and the password you use on your PC.",
          "Confirm with your second step: the code from your code app, your security key or one of your recovery codes. If you have no second step yet, the page helps you make one.",
          "You are on the start page. From here you go on without logging in again.",
        ],
      },
      gone: {
        title: "When what you are used to is gone",
        paragraphs: [
          "You do the same: same address, same user name, same password, same second step. The login here stands on its own feet.",
          "If you have never logged in here before, we do not know your password. Then you need an activation code. You get it from your manager or your IT support.",
        ],
      },
      code: {
        title: "With an activation code",
        steps: [
          "The code looks like this: ABCD-EFGH-JKMN. It is for you alone and works once.",
          "Type your user name as usual, and type the code where the password goes.",
          "Choose a new password and make your second step. Next time you log in like everybody else.",
        ],
      },
      trouble: {
        title: "If it does not work",
        items: [
          [
            "Wrong user name or password",
            "Try again calmly: capital and small letters count. After many attempts it closes for a while, and then it helps to wait.",
          ],
          [
            "The password has expired or must be changed",
            "Change it on your PC as usual. The new one works here after a minute.",
          ],
          [
            "The phone with the code app is gone",
            "Use a recovery code or your security key. If you have neither, call IT support.",
          ],
          [
            "The browser warns about the page",
            "The PC does not know the municipality's own certificate yet. Fetch it on this page, or call IT support.",
          ],
        ],
      },
      root: {
        title: "Root certificate",
        text: "A PC that the municipality does not look after must know the municipality's root certificate before it trusts the pages. Ask IT support before you install it.",
        link: "Fetch the root certificate",
      },
      contact: { title: "Call if you are stuck", address: "The address" },
    },
  },
};
