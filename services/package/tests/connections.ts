/** Connections to a service, below HTTP. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";

import type { Service } from "./service-process.ts";

/** A connection to `service` and what it has read so far. */
export async function open(service: Service): Promise<{ socket: Socket; read: () => string }> {
  const socket = connect(service.port, "127.0.0.1").setEncoding("utf8");
  let text = "";
  socket.on("data", (part: string) => (text += part)).on("error", () => undefined);
  await once(socket, "connect");
  return { socket, read: () => text };
}

/** Whether nothing accepts connections there. */
export async function refusesConnections(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const refused = await once(socket, "connect").then(
    () => false,
    () => true,
  );
  socket.destroy();
  return refused;
}
