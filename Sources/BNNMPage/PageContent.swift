import BNNMReport

/// What a page shows, as the script of the page gets it: encoded as JSON into the page, whose files in `Page/` name the
/// same members.
public struct PageContent: Encodable, Sendable {
    /// A name and a value of the list below the title.
    public struct Fact: Encodable, Sendable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Something to mind: a sentence and what it holds for.
    public struct Warning: Encodable, Sendable {
        public let text: String
        public let items: [String]

        public init(_ text: String, _ items: [String]) {
            self.text = text
            self.items = items
        }
    }

    /// The heading and the window's title.
    public var title: String
    /// One sentence below it.
    public var summary: String
    public var facts: [Fact] = []
    public var warnings: [Warning] = []
    public var notes: [String] = []
    public var network: Network
    /// Of a page of `bnnm compile`: docs/report.md.
    public var report: CompilationReport?
    /// Of a page of `bnnm profile`: docs/profiling.md.
    public var profile: ProfileReport?

    public init(title: String, summary: String, network: Network) {
        self.title = title
        self.summary = summary
        self.network = network
    }
}
