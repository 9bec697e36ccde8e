// A lesson's page is known to its script: what the script looks for there is there, and is of the
// kind that it is used as. The browser tests prove that.
interface ParentNode {
  querySelector(selectors: string): any;
}
