/// Shapes of inputs and outputs for several executions, and ports by name.

extension BNNMModel.Port {
    /// Whether the number of samples is open: any multiple of `leadingExtent` is a valid first dimension.
    public var isBatchOpen: Bool { shape.first.map { $0 == nil } ?? false }

    /// The shape of `executions` samples one behind the other, at least 1; where the batch is fixed, it is the model's
    /// shape whatever `executions` is.
    public func shape(executions: Int) -> [Int] { shape.map { $0 ?? leadingExtent * executions } }

    /// How often the model is executed for values of this shape; nil where the shape does not fit.
    public func executions(of given: [Int]) -> Int? {
        guard given.count == shape.count else { return nil }
        for (extent, expected) in zip(given, shape) where expected != nil && extent != expected { return nil }
        guard isBatchOpen else { return 1 }
        guard given[0] >= leadingExtent, given[0] % leadingExtent == 0 else { return nil }
        return given[0] / leadingExtent
    }

    /// "[n,1,8,8]", n standing for an open number of samples; "[2n,10]" where one execution takes two.
    public var shapeText: String {
        let open = leadingExtent == 1 ? "n" : "\(leadingExtent)n"
        return "[" + shape.map { $0.map(String.init) ?? open }.joined(separator: ",") + "]"
    }
}

extension BNNMModel {
    /// The input of this name; nil where there is none, or names were stripped from the file.
    public func input(named name: String) -> Port? { inputs.first { $0.name == name } }

    /// The output of this name; nil where there is none, or names were stripped from the file.
    public func output(named name: String) -> Port? { outputs.first { $0.name == name } }
}
