<#macro content>
  <p class="planb-help">${msg("planbHelp")}</p>
</#macro>
