import type { Texts } from "./texts.ts";

/** Danish. */
export const da: Texts = {
  startPage: "Startside",
  welcome: (name) => `Goddag, ${name}`,
  intro: "Her ser du, hvad der kører lige nu, og hvor du finder det.",
  services: {
    title: "Tjenester",
    ground: "Login og brugere",
    up: "Kører",
    down: "Svarer ikke",
    unknown: "Ukendt",
    open: (what) => `Åbn ${what}`,
    seen: (time) => `Set kl. ${time}.`,
    unseen: "Tilstanden kan ikke læses lige nu. Tjenesterne kan godt køre alligevel.",
    copied: (age) => `Kopieret for ${age} siden.`,
  },
  me: {
    title: "Dig",
    name: "Navn",
    user: "Brugernavn",
    mail: "Mail",
    department: "Afdeling",
    job: "Stilling",
    groups: "Grupper",
    login: "Logget ind",
    wrong: "Er noget forkert, så rettes det, hvor det altid rettes: i kommunens brugerkatalog.",
  },
  factor: {
    title: "Totrinslogin",
    why: "Adgangskoden er det første trin. Det andet er noget, du har hos dig. Hav helst to, så du kan komme ind, hvis det ene bliver væk.",
    none: "Du har endnu ikke noget andet trin.",
    unknown: "Det kan ikke læses lige nu, hvad du har. Du kan se det under “Vis og fjern”.",
    types: {
      otp: "Kode-app",
      webauthn: "Sikkerhedsnøgle",
      "webauthn-passwordless": "Adgangsnøgle",
      "recovery-authn-codes": "Gendannelseskoder på papir",
    },
    since: (date) => `fra ${date}`,
    add: {
      otp: "Tilføj en kode-app",
      webauthn: "Tilføj en sikkerhedsnøgle",
      "webauthn-passwordless": "Tilføj en adgangsnøgle",
      "recovery-authn-codes": "Lav gendannelseskoder",
    },
    manage: "Vis og fjern",
  },
  help: {
    title: "Hjælp",
    lead: "Skriv vejledningen ud, og læg den i skuffen, før du får brug for den.",
    link: "Sådan logger du ind",
    phone: "Telefon",
    mail: "Mail",
    noContact: "Ring til kommunens it-support.",
    page: {
      title: "Sådan logger du ind",
      lead: "Du bruger samme brugernavn og adgangskode som altid - også den dag, hvor de systemer, du plejer at bruge, er væk.",
      print: "Siden kan skrives ud.",
      login: {
        title: "På en almindelig dag",
        steps: [
          "Åbn adressen ovenfor i en browser.",
          "Skriv dit brugernavn eller din mailadresse og den adgangskode, du bruger på din pc.",
          "Bekræft med dit andet trin: koden fra din kode-app, din sikkerhedsnøgle eller en af dine gendannelseskoder. Har du ikke noget andet trin endnu, hjælper siden dig med at lave det.",
          "Du er på startsiden. Herfra kommer du videre uden at logge ind igen.",
        ],
      },
      gone: {
        title: "Når det, du plejer at bruge, er væk",
        paragraphs: [
          "Du gør det samme: samme adresse, samme brugernavn, samme adgangskode, samme andet trin. Login her står på egne ben.",
          "Har du aldrig logget ind her før, kender vi ikke din adgangskode. Så skal du bruge en aktiveringskode. Den får du af din leder eller din it-support.",
        ],
      },
      code: {
        title: "Med en aktiveringskode",
        steps: [
          "Koden ser sådan ud: ABCD-EFGH-JKMN. Den gælder for dig alene og kan bruges én gang.",
          "Skriv dit brugernavn, som du plejer, og skriv koden der, hvor adgangskoden skal stå.",
          "Vælg en ny adgangskode, og lav dit andet trin. Næste gang logger du ind som alle andre.",
        ],
      },
      trouble: {
        title: "Hvis det driller",
        items: [
          [
            "Forkert brugernavn eller adgangskode",
            "Prøv igen med ro: store og små bogstaver tæller. Efter mange forsøg lukkes der en stund, og så hjælper det at vente.",
          ],
          [
            "Adgangskoden er udløbet eller skal skiftes",
            "Skift den på din pc, som du plejer. Det nye gælder her efter et minut.",
          ],
          [
            "Telefonen med kode-appen er væk",
            "Brug en gendannelseskode eller din sikkerhedsnøgle. Har du ingen af dem, så ring til it-support.",
          ],
          [
            "Browseren advarer om siden",
            "Pc'en kender ikke kommunens eget certifikat endnu. Hent det på denne side, eller ring til it-support.",
          ],
        ],
      },
      root: {
        title: "Rodcertifikat",
        text: "En pc, som kommunen ikke selv passer, skal kende kommunens rodcertifikat, før den stoler på siderne. Spørg it-support, før du lægger det ind.",
        link: "Hent rodcertifikatet",
      },
      contact: { title: "Ring, hvis du sidder fast", address: "Adressen" },
    },
  },
};
