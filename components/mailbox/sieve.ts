/** Scripts for everybody, by path below `/config/sieve`. */
export const sieveScripts: Readonly<Record<string, string>> = {
  // Written by the spam filter; whoever forges it only sends his own mail to the junk folder.
  "before.sieve": `require ["fileinto"];
if header :is "X-Spam" "Yes" {
  fileinto "Junk";
  stop;
}
`,
  "global/ferie.sieve": `# Ferie: skriv i dit eget script: require "include"; include :global "ferie";
require ["vacation"];
vacation :days 7 "Tak for din mail.

Jeg holder fri og læser den, når jeg er tilbage. Haster det, så skriv til kommunens hovedpostkasse eller ring til Borgerservice.

Venlig hilsen";
`,
};
