import { ProblemError } from "../../platform/http/problem.ts";
import { planIds, plans, pricingUrl, type EffectiveLimits } from "../plans/index.ts";

/** No waiting helps against it, only another plan or a smaller wish. */
export function refuseMoreVariantsThan({ planId, variantsMax }: EffectiveLimits, wanted: number): void {
  if (wanted <= variantsMax) return;
  const upgrade = planIds.find((id) => plans[id].variantsMax >= wanted) ?? null;
  const has = `The plan ${plans[planId].name} writes ${variantsMax === 1 ? "1 variant" : `${variantsMax} variants`} at a time, and ${wanted} were asked for.`;
  throw new ProblemError("variants_exceed_plan", {
    detail: upgrade ? `${has} The plan ${plans[upgrade].name} writes up to ${plans[upgrade].variantsMax}.` : has,
    extensions: { upgrade_plan: upgrade, upgrade_url: pricingUrl },
  });
}
