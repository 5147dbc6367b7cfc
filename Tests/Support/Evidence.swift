/// Prints `evidence: KEY NUMBER`: how much a test has tried. scripts/reliability.sh collects these
/// lines from the logs of runs that succeeded, adding up those of one key.
public func tellEvidence(_ key: String, _ number: Int) {
    print("evidence: \(key) \(number)")
}
