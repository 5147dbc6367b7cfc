/// Why a model cannot be imported: one sentence about the whole, and every place at fault. What the importer throws,
/// and the only error it throws.
public struct ImportError: Error, CustomStringConvertible {
    /// One place at fault.
    public struct Entry: Sendable, Hashable, CustomStringConvertible {
        /// What kind of thing is at fault.
        public enum Place: Sendable, Hashable {
            /// A node, by its operator; with the domain where that is not the standard one: "com.example.Foo".
            case node(operator: String)
            case input
            case output
            case initializer
        }

        public let place: Place
        /// The name of the node or the value.
        public let name: String
        public let reason: String

        public init(_ place: Place, _ name: String, _ reason: String) {
            self.place = place
            self.name = name
            self.reason = reason
        }

        /// `node 'conv1' (Conv): …`, or `initializer 'w': …`.
        public var description: String {
            switch place {
            case .node(let op): "node '\(name)' (\(op)): \(reason)"
            case .input, .output, .initializer: "\(place) '\(name)': \(reason)"
            }
        }
    }

    /// What is wrong with the model as a whole, and what would be valid.
    public let summary: String
    /// Everything at fault, in the order of the file; empty where the summary says it all.
    public let entries: [Entry]
    /// Nodes that could not be looked at, since they need results of those at fault.
    public let dependentNodeCount: Int

    /// Entries that `description` spells out; of the others it gives the number.
    public static let printedEntryLimit = 200

    public init(_ summary: String, entries: [Entry] = [], dependentNodeCount: Int = 0) {
        self.summary = summary
        self.entries = entries
        self.dependentNodeCount = dependentNodeCount
    }

    /// The summary, then one line an entry.
    public var description: String {
        var lines = [summary] + entries.prefix(ImportError.printedEntryLimit).map { "  \($0)" }
        if entries.count > ImportError.printedEntryLimit {
            lines.append("  … and \(entries.count - ImportError.printedEntryLimit) more")
        }
        if dependentNodeCount > 0 {
            lines.append("  (nodes that depend on these and were not checked further: \(dependentNodeCount))")
        }
        return lines.joined(separator: "\n")
    }
}
