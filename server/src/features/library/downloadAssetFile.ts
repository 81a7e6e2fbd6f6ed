import { attachment } from "../../platform/http/attachment.ts";
import { answerFile } from "../../platform/http/file-answer.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { LibraryDeps } from "./deps.ts";
import { noSuchAsset, readAsset } from "./getAsset.ts";
import { imageEnding } from "./image-facts.ts";

export const downloadAssetFile =
  ({ db, storage }: Pick<LibraryDeps, "db" | "storage">): Handler<"downloadAssetFile"> =>
  async ({ principal, path, raw }) => {
    const {
      title,
      blob_key: blobKey,
      bytes,
      sha256,
      content_type: contentType,
    } = await readAsset(db, principal.accountId, path.asset_id);
    if (blobKey === null || bytes === null || sha256 === null || contentType === null) {
      throw new ProblemError("not_found", { detail: "This asset has no file: only those of kind image have one." });
    }
    const disposition = attachment({ title, plain: "image", ending: imageEnding(contentType) });
    return answerFile(storage, raw, { blobKey, bytes, sha256, contentType, disposition, gone: noSuchAsset });
  };
