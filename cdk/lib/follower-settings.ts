// The settings of the followers of files.
import { faultOfFollowers } from "./followers.ts";
import { commaSeparated, identifier } from "./setting-values.ts";

export const FOLLOWER_FIELDS = {
  /**
   * The listeners of `follow` that the function tells that it has published a file, each as `host:port`, with commas between; up
   * to 20. A name stands for all of its addresses. Needs `followersSecurityGroupId`. Default: none.
   */
  followers: commaSeparated()
    .superRefine((followers, context) => {
      const message = faultOfFollowers(followers);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    }).readonly().optional(),
  /** The security group of the tasks with the followers, in the VPC of the wall. It gets a rule for each port. Default: none. */
  followersSecurityGroupId: identifier("sg", "a security group id").optional(),
};
