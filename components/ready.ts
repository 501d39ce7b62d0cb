import type { Workload } from "../model/index.ts";

/** Ready when a page of the workload's own HTTPS server on port 8443 answers, its certificate checked by its name. */
export const httpsReady = (name: string, path: string): Workload["ready"] => ({
  exec: [
    ...["curl", "-fsS", "-o", "/dev/null", "-m", "4", "--cacert", "/config/ca.pem"],
    ...["--resolve", `${name}:8443:127.0.0.1`, `https://${name}:8443${path}`],
  ],
  withinSeconds: 30,
});
