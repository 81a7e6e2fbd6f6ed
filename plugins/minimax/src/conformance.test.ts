import { conformance } from "@musicverse/plugin-kit/conformance";
import { conformanceOptions } from "./answers.fixture.ts";
import minimax from "./index.ts";

conformance(minimax, conformanceOptions);
