import { observeDocker } from "./docker.ts";
import { observeKubernetes } from "./kubernetes.ts";
import { platformContract } from "./platform-contract.ts";

platformContract("docker", observeDocker, []);
platformContract("kubernetes", observeKubernetes, []);
