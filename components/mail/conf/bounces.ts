const template = (name: string, headers: string, text: string): string => `${name}_template = <<EOF
Charset: utf-8
From: MAILER-DAEMON (Postmester)
${headers}

${text}

                       $myhostname
EOF
`;

/**
 * What people are told whose letter did not arrive, or is late: `bounce_template_file` of postconf(5). Subjects have no
 * letters beyond a-z, for a header would need them encoded. Below the text Postfix itself says what each server answered.
 */
export const bounceTemplates = [
  template(
    "failure",
    `Subject: Din mail kom ikke frem / Your mail was not delivered`,
    `Din mail kunne ikke afleveres til den eller de modtagere, der står nedenfor.
Ret adressen, hvis den er forkert, og send igen. Hjælper det ikke, så send
denne mail videre til IT-afdelingen: grunden står nederst, på engelsk.

Your mail could not be delivered to the recipients named below. Check the
address and send again; if that does not help, pass this mail on to your IT
department.`,
  ),
  template(
    "delay",
    `Subject: Din mail er forsinket / Your mail is delayed
Postmaster-Subject: Forsinket mail / Delayed mail`,
    `Din mail er ikke kommet frem endnu efter $delay_warning_time_hours timer. Du skal ikke sende den
igen: der bliver prøvet i op til $maximal_queue_lifetime_days dage, og kommer den ikke frem, får du
besked.

Your mail has not been delivered after $delay_warning_time_hours hours. Do not send it again: delivery
is tried for up to $maximal_queue_lifetime_days days, and you are told if it fails.`,
  ),
  template(
    "success",
    `Subject: Din mail er afleveret / Your mail was delivered`,
    `Din mail er afleveret til de modtagere, der står nedenfor.

Your mail was delivered to the recipients named below.`,
  ),
].join("\n");
