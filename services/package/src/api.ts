/**
 * `/api/packages/{id}`: what clients come for.
 *
 * PUT replaces whatever has that id and may be repeated: 201 if there was none, 200 if there was, the same or
 * not. There is no conflict to report, because a package has one writer, the workflow, which retries.
 */

import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyRequest, FastifySchemaValidationError } from "fastify";
import { Type } from "typebox";

import { allowOnly } from "./methods.ts";
import { Details, Package, PackageId, packageOf } from "./model.ts";
import { Problem } from "./problems.ts";
import { reason } from "./reason.ts";
import type { PackageStore } from "./store.ts";

const PATH = "/api/packages/:id";
const ID_RULE =
  "A package id is 1 to 64 letters, digits, '.', '_' or '-', and begins with a letter or digit.";

const Params = Type.Object({ id: PackageId });

/** Add the routes to `app`. */
export function addPackageApi(app: FastifyInstance, store: PackageStore): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();
  const response = { "2xx": Package };

  routes.put(
    PATH,
    { schema: { params: Params, body: Details, response }, preValidation: readJson, schemaErrorFormatter },
    async (request, reply) => {
      const parcel = packageOf(request.params.id, request.body);
      const created = await store.put(parcel);
      return reply.code(created ? 201 : 200).send(parcel);
    },
  );

  routes.get(PATH, { schema: { params: Params, response }, schemaErrorFormatter }, async (request) => {
    const parcel = await store.get(request.params.id);
    if (parcel === undefined) {
      throw new Problem(404, `There is no package ${request.params.id}.`);
    }
    return parcel;
  });

  allowOnly(app, PATH, ["GET", "HEAD", "PUT"]);
}

/** Before validation, whatever media type the client says it is: it must be JSON in UTF-8. @throws Problem 400. */
async function readJson(request: FastifyRequest): Promise<void> {
  const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
  try {
    request.body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw new Problem(400, `The body is not JSON: ${reason(error)}.`);
  }
}

function schemaErrorFormatter(errors: FastifySchemaValidationError[], place: string): Problem {
  return new Problem(422, place === "params" ? ID_RULE : errors.map(sentence).join(" "));
}

/** "$.size must be ...", of an error that Ajv found. */
function sentence({ instancePath, message, params }: FastifySchemaValidationError): string {
  const allowed = params["allowedValues"];
  const which = Array.isArray(allowed) ? `: ${allowed.join(", ")}` : "";
  return `$${instancePath.replaceAll("/", ".")} ${message ?? "is wrong"}${which}.`;
}
