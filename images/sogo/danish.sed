# Danish where SOGo says the wrong thing, something English, or tells whose meeting stands in the way.
# days and months
s/(Sondag, Mandag, Tirsdag, Onsdag, Torsdag, Fredag, Lordag)/("søndag", mandag, tirsdag, onsdag, torsdag, fredag, "lørdag")/
s/(Son, Man, Tir, Ons, Tor, Fre, Lor)/("søn", man, tir, ons, tor, fre, "lør")/
s/(Januar, Februar, Marts, April, Maj, June, July, August, September, Oktober, November, December)/(januar, februar, marts, april, maj, juni, juli, august, september, oktober, november, december)/
s/(Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Okt, Nov, Dec)/(jan, feb, mar, apr, maj, jun, jul, aug, sep, okt, nov, dec)/
s/NSDateFormatString = .*/NSDateFormatString = "%A den %e. %B %Y";/
s/NSShortDateFormatString = .*/NSShortDateFormatString = "%d-%m-%Y";/
s/NSTimeDateFormatString = .*/NSTimeDateFormatString = "%A den %e. %B %Y kl. %H:%M";/
s/NSTimeFormatString = .*/NSTimeFormatString = "%H:%M:%S";/
s/NSThousandsSeparator = .*/NSThousandsSeparator = ".";/
s/^"longDateFmt_0" = .*/"longDateFmt_0" = "%A den %e. %B %Y";/
# calendar
s/^"Events" = "Opgaver";/"Events" = "Aftaler";/
s/^"Week %d" = .*/"Week %d" = "Uge %d";/
s/^"W" = "W";/"W" = "U";/
s/aaftale/aftale/
s/= "Maksimalt antal tilladte indkaldelser .*/= "%{Cn} er optaget. En anden aftale begynder %{StartDate}. Aftalen er ikke gemt.";/
s/har annulleret denne begivenhed/har aflyst mødet/
s/har aflyst denne begivenhed/har aflyst mødet/
# invitations and answers by mail
s/"(Sendt af%{SentBy})"/"(sendt af %{SentBy}) "/
s/= "Begivenhed Invitation: /= "Invitation: /
s/= "Begivenhed Annulleret: /= "Aflyst: /
s/= "Accepterede invitationen: /= "Accepteret: /
s/= "Afslåede invitationen: /= "Afslået: /
s/= "Delegerede invitationen: /= "Uddelegeret: /
s/= "Ikke taget stilling til invitationen: /= "Ikke afgjort: /
s/dig til  %{Summary}/dig til %{Summary}/
s/= "%{Organizer}%{SentByText} har inviteret dig til%{Summary}.*/= "%{Organizer} %{SentByText}har inviteret dig til %{Summary}.\\n\\nStart: %{StartDate} kl. %{StartTime}\\nSlut: %{EndDate} kl. %{EndTime}\\nBeskrivelse: %{Description}";/
s/%{StartDate} %{StartTime}\\nSlut: %{EndDate} %{EndTime}/%{StartDate} kl. %{StartTime}\\nSlut: %{EndDate} kl. %{EndTime}/
s/%{SentByText} har/%{SentByText}har/
s/begivenhedsinvitation/invitation/
s/= "Følgende parametre har ændret sig i .*/= "Dette er ændret i mødet \\"%{Summary}\\":";/
s/= "Venligst acceptér eller afvis disse ændringer."/= "Svar venligst på, om ændringerne passer."/
# mail
s/% used on %{1} MB/% brugt af %{1} MB/
s/^"Order Received" = .*/"Order Received" = "Modtaget";/
# rules for mail, searches and forms
s/^"Header" = .*/"Header" = "Brevhoved";/
s/^"Body" *= .*/"Body" = "Brødtekst";/
s/^"Flag" = "Flag";/"Flag" = "Mærke";/
s/^"All day Event" = .*/"All day Event" = "Hele dagen";/
s/^"To Do" = .*/"To Do" = "Opgave";/
s/ Server Navn/ servernavn/
s/"Server Navn"/"Servernavn"/
# The archive's mailbox has its English name for programs, which find it by its use.
s/^"SentFolderName" *= .*/&\n"ArchiveFolderName" = "Arkiv";/
# preferences and buttons
s/"Nustil"/"Nulstil"/
s/"Anullér"/"Annullér"/
s/^"Always forward" = .*/"Always forward" = "Videresend altid";/
s/^"Short Date Format" = .*/"Short Date Format" = "Kort dato";/
s/^"Long Date Format" = .*/"Long Date Format" = "Lang dato";/
s/^"\(Default Module *\)" = .*/"\1" = "Åbn først";/
s/^"SOGo Version" = .*/"SOGo Version" = "Udgave af SOGo";/
s/^"Always open mail composer" = .*/"Always open mail composer" = "Skriv altid breve i";/
s/^"messageforward_inline" = .*/"messageforward_inline" = "I brevet";/
s/^"Show recipients or sender full email in mailboxes" = .*/"Show recipients or sender full email in mailboxes" = "Vis hele mailadressen i oversigten";/
s/^"Hide attachements for inline images" = .*/"Hide attachements for inline images" = "Vis ikke billeder i brevet som vedhæftede filer";/
s/^"Immediately on display" = .*/"Immediately on display" = "Så snart de vises";/
s/^"After displaying for" = .*/"After displaying for" = "Når de er vist i";/
s/^"Show subscribed mailboxes only" = .*/"Show subscribed mailboxes only" = "Vis kun mapper, jeg abonnerer på";/
s/^"Always send vacation message response" = .*/"Always send vacation message response" = "Send altid feriebeskeden";/
s/^"Filter name" = .*/"Filter name" = "Filterets navn";/
s/^"match all of the following rules" = .*/"match all of the following rules" = "svarer til alle disse regler";/
s/^"match any of the following rules" = .*/"match any of the following rules" = "svarer til mindst én af disse regler";/
s/^"match all messages" = .*/"match all messages" = "er hvilke som helst";/
s/^"Perform these actions" = .*/"Perform these actions" = "Gør dette";/
