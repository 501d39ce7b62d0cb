/** Paths that every site serves without a login; a component names them in its route's `open`. */
export const openWebPaths: readonly string[] = ["/logget-ud", "/stil.css", "/ikon.svg"];
