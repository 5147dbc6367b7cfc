import BNNMIR

/// The compiler as a list: every pass, in order.
public enum Pipeline {
    /// From the imported graph to the reference of `bnnm verify`.
    public static let toReference: [any Pass] = [
        // imported → canonical: what can be known is known.
        FoldConstants(),
        EliminateNoOps(),
        EliminateCommonSubexpressions(),
        NarrowConstants(),
        // canonical → binary: what is a decision, one spelling for each layer, and what multiplies decisions.
        RecognizeBinarizers(),
        CanonicalizeReshapes(),
        CanonicalizeBatchNormalizations(),
        UnrollVolumeConvolutions(),
        SeparatePoolIndices(),
        CanonicalizeSpatialRanks(),
        CanonicalizePools(),
        DecomposeTransposedConvolutions(),
        CanonicalizeLinearLayers(),
        CanonicalizeGlobalAverages(),
        SinkMovement(),
        SinkInterleaving(),
        AbsorbMovementIntoWeights(),
        HoistMovement(),
        MergeZeroPads(),
        FormBinaryLayers(),
    ]

    /// From the reference to what the runtime executes.
    public static let toRuntime: [any Pass] = [
        // binary → fused: chains between binary layers become comparisons.
        FoldDecisions(),
        OrientChannels(),
        ExpandReductions(),
        ExpandElementwise(),
        ExpandLogic(),
        // fused → laid out: channel-last runtime operators, each with what stands behind it.
        LayOut(),
        FuseMovement(),
        SinkConcatenations(),
        FuseRows(),
        LiftReshapes(),
        FuseEpilogues(),
    ]

    public static let passes = toReference + toRuntime

    /// Called after each pass with its name and the graph it left.
    public typealias Observer = (String, Graph) throws -> Void

    /// Runs some passes, in order.
    /// - Parameter verify: check the graph after each pass; a failure is an `InternalError`.
    public static func run(
        _ passes: [any Pass] = passes, on graph: inout Graph, _ context: inout CompilationContext, verify: Bool = false,
        observer: Observer? = nil
    ) throws {
        for pass in passes {
            precondition(pass.takes == graph.stage, "\(pass.name) takes stage \(pass.takes), not \(graph.stage)")
            try pass.run(&graph, &context)
            graph.removeDeadNodes()
            graph.stage = pass.gives
            if verify {
                let problems = Verifier.problems(graph)
                guard problems.isEmpty else { throw InternalError(pass: pass.name, problems: problems) }
            }
            try observer?(pass.name, graph)
        }
    }
}

/// A pass left a graph that is not well-formed: a bug of the compiler.
public struct InternalError: Error, CustomStringConvertible {
    public let pass: String
    public let problems: [String]

    public var description: String {
        "internal error after pass \(pass); please report it with the model:\n  " + problems.joined(separator: "\n  ")
    }
}
