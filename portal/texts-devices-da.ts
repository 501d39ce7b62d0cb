import type { DeviceTexts } from "./texts-devices.ts";

/** Danish. */
export const daDevices: DeviceTexts = {
  card: {
    title: "På telefonen og i mailprogrammet",
    text: "Mail, kalender og filer kan også bruges uden for browseren. Hver enhed får sin egen app-adgangskode, som du kan fjerne for sig.",
  },
  passwords: {
    title: "App-adgangskoder",
    lead: "En app-adgangskode er til én enhed: din telefon, din tablet eller et mailprogram. Bliver enheden væk, fjerner du dens kode her, og alt andet virker videre.",
    kinds: {
      mail: ["Mail", "læse og sende"],
      dav: ["Kalender, kontakter og filer", "også møder og lokaler"],
    },
    list: {
      title: "Dine app-adgangskoder",
      empty: "Du har ingen endnu.",
      head: ["Enhed", "Bruges til", "Lavet", "Sidst brugt"],
      never: "Ikke brugt endnu",
      away: "App-adgangskoderne kan ikke læses lige nu. De, du har, virker sikkert alligevel. Prøv igen om lidt.",
    },
    form: {
      title: "Lav en ny",
      name: "Hvad hedder enheden?",
      nameHint: "Et navn, du selv kan kende igen, f.eks. “Min telefon”.",
      nameMissing: "Skriv et navn, så du kan kende enheden igen.",
      what: "Hvad skal den bruges til?",
      whatMissing: "Vælg mindst én ting.",
      make: "Lav app-adgangskode",
      tooMany: "Du har så mange, som man kan have. Fjern en, du ikke bruger, og prøv igen.",
    },
    made: {
      title: "Din nye app-adgangskode",
      once: "Koden vises kun denne ene gang. Sæt enheden op, før du forlader siden. Går det galt, laver du bare en ny.",
      login: "Brugernavn",
      password: "App-adgangskode",
      typing: "Store og små bogstaver og bindestreger er ligegyldige, når du skriver den.",
      android: {
        title: "Mail på Android",
        steps: [
          "Hent appen Thunderbird.",
          "Vælg at importere indstillinger, og vælg QR-kode.",
          "Peg telefonen på koden her. Så er mailen sat op, også adgangskoden.",
        ],
      },
      androidCode: "QR-kode til Thunderbird med indstillinger og adgangskode",
      apple: {
        title: "iPhone og iPad",
        steps: [
          "Er du på telefonen nu, så hent profilen her. Koden følger med.",
          "Åbn Indstillinger inden otte minutter, og tryk på den hentede profil øverst.",
          "Tryk på Installer. Der står, at profilen ikke er signeret: Det er rigtigt nok.",
        ],
      },
      appleButton: "Hent profil med koden",
      done: "Færdig",
    },
    remove: {
      button: "Fjern",
      of: (name) => `Fjern app-adgangskoden til ${name}`,
      title: (name) => `Fjern adgangen for “${name}”?`,
      text: "Enheden kan ikke længere hente mail, kalender eller filer. Du kan altid lave en ny app-adgangskode.",
      keep: "Behold den",
      removed: "App-adgangskoden er fjernet. Enheden er ude inden for et minut.",
    },
  },
  devices: {
    menu: "Telefon",
    title: "Telefon og mailprogram",
    lead: "Vælg din enhed. Det meste kan den selv finde ud af, når du har en app-adgangskode.",
    nothing: "Kommunen har ikke åbnet for telefoner og mailprogrammer her. Brug browseren.",
    first: {
      title: "Først: en app-adgangskode",
      steps: [
        "Din almindelige adgangskode virker ikke på enheder, når du har totrinslogin. Lav en app-adgangskode til hver enhed.",
      ],
      button: "Lav app-adgangskode",
    },
    apple: {
      title: "iPhone og iPad",
      steps: [
        "Åbn denne side på telefonen: Peg kameraet på koden, og log ind.",
        "Hent profilen, åbn Indstillinger inden otte minutter, og tryk på den hentede profil øverst.",
        "Tryk på Installer, og skriv din app-adgangskode, når der bliver spurgt.",
      ],
      unsigned: "Telefonen skriver, at profilen ikke er signeret. Det er rigtigt nok. Hent den kun her fra startsiden.",
      button: "Hent profil",
      code: "QR-kode med adressen på denne side",
    },
    android: {
      title: "Mail på Android",
      steps: [
        "Hent appen Thunderbird.",
        "Vælg at importere indstillinger, vælg QR-kode, og peg telefonen på koden her.",
        "Skriv din app-adgangskode.",
      ],
      code: "QR-kode til Thunderbird med indstillinger, uden adgangskode",
    },
    dav: {
      title: "Kalender og kontakter på Android",
      steps: [
        "Hent appen DAVx⁵.",
        "Er du på telefonen, så tryk på linket. Ellers peg kameraet på koden.",
        "Skriv din app-adgangskode, og vælg, hvad der skal med.",
      ],
      link: "Åbn i DAVx⁵",
      code: "QR-kode med kalenderens adresse til DAVx5",
    },
    thunderbird: {
      title: "Thunderbird på pc'en",
      steps: [
        "Vælg Ny konto, og skriv dit navn, din mailadresse og din app-adgangskode.",
        "Thunderbird finder selv resten. Tryk på Færdig.",
        "Vil du også have kalenderen med: Vælg Ny kalender, På netværket, og skriv adressen nedenfor.",
      ],
    },
    files: {
      title: "Filer i Stifinder",
      steps: [
        "Højreklik på Denne pc, og vælg Tilslut netværksdrev.",
        "Skriv adressen her som mappe.",
        "Log ind med dit brugernavn og din app-adgangskode.",
      ],
    },
    all: {
      title: "Alle indstillinger",
      head: ["Hvad", "Server eller adresse", "Port", "Sikkerhed"],
      names: {
        imap: "Indgående mail (IMAP)",
        smtp: "Udgående mail (SMTP)",
        caldav: "Kalender (CalDAV)",
        carddav: "Kontakter (CardDAV)",
        webdav: "Filer (WebDAV)",
      },
      security: { tls: "SSL/TLS", starttls: "STARTTLS" },
      login: (login) => `Brugernavnet er ${login}. Adgangskoden er en app-adgangskode.`,
    },
    profile: {
      title: (municipality) => `${municipality}: mail og kalender`,
      about: "Sætter mail, kalender og kontakter op. Kan fjernes igen under Indstillinger.",
    },
  },
};
