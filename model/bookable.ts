/** Name of a room or a piece of equipment that is copied from the existing directory, by its GUID; a declared one has its own. */
export const bookableId = (guid: string): string => `ad-${guid}`;
/** Whether it is the name of a copy: "ad-hoc" may be a declared room's. */
export const isBookableId = (id: string): boolean => /^ad-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
