import CBNNM

/// How one of a model's embedded checks went: an execution with known results (`bnnm compile --with-check`).
public struct BNNMCheckResult: Sendable, Hashable {
    /// Whether every decision and every output is as expected.
    public let passed: Bool
    /// Binarizers compared, and how many of them decided otherwise somewhere.
    public let probeCount: Int
    public let differingProbes: Int
    /// Index in `model.probes` of the first that did, in the order of execution; nil: none.
    public let firstDifferingProbe: Int?
    public let outputCount: Int
    /// Outputs that differ by more than `tolerance`.
    public let differingOutputs: Int
    /// The largest difference of an output from what was expected, relative to the largest magnitude expected in it.
    public let largestDifference: Float
    public let tolerance: Float
}

extension BNNMSession {
    /// Runs one of the model's embedded checks with this session's instruction sets and threads.
    ///
    /// - Parameter index: from 0 up to `model.checkCount`, exclusive.
    /// - Throws: `BNNMError` with `.invalidArgument` where there is no such check, or `.outOfMemory`.
    public func check(_ index: Int) throws(BNNMError) -> BNNMCheckResult {
        guard let index = UInt32(exactly: index), index < bnnm_model_check_count(model.handle) else {
            throw BNNMError(
                BNNM_INVALID_ARGUMENT, "there is no check \(index); the model has \(model.checkCount)")
        }
        var result = bnnm_check_result()
        result.struct_size = MemoryLayout<bnnm_check_result>.size
        let status = bnnm_session_check(handle, index, &result)
        guard status == BNNM_OK else { throw BNNMError(status, String(cString: bnnm_session_message(handle))) }
        return BNNMCheckResult(
            passed: result.passed == 1, probeCount: Int(result.probe_count),
            differingProbes: Int(result.differing_probes),
            firstDifferingProbe: result.first_differing_probe == .max ? nil : Int(result.first_differing_probe),
            outputCount: Int(result.output_count), differingOutputs: Int(result.differing_outputs),
            largestDifference: result.largest_difference, tolerance: result.tolerance)
    }
}

extension BNNMModel {
    /// Executions with known results that the model carries, for `BNNMSession.check`.
    public var checkCount: Int { Int(bnnm_model_check_count(handle)) }
}
