import { buildUponBase } from "../../../test/contract/upon-base.ts";

/** Image of the WebDAV clients, made for the tests only. */
export const clientsImage = "planb-test-files-clients:2";

/** Builds it if it is not there: rclone, curl, and litmus, the WebDAV compliance suite. */
export const buildClients = (): Promise<void> => buildUponBase(clientsImage, ["rclone", "litmus", "nodejs"]);
