import BNNM
import Foundation
import XCTest

/// docs/swift-api.md: every example is compiled and runs. The examples stand here and in `Sources/classify`, word for
/// word.
final class SwiftDocumentationTests: XCTestCase {
    private static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func lines(_ path: String) throws -> [String] {
        try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8).components(separatedBy: "\n")
    }

    private func digits() throws -> Data {
        Data(try XCTUnwrap(CompiledDigits.all.first { $0.name == "chain-ts" }).bytes.get())
    }

    func testExamplesRun() async throws {
        let data = try digits()
        let model = try BNNMModel(bytes: data)
        for port in model.inputs + model.outputs { print(port.name, port.shapeText, port.elementCount) }
        for layer in model.layers { print(layer.operatorName, layer.shape, layer.multiplyAccumulates) }
        print(model.info.arenaByteCount, "bytes of working memory a session")
        XCTAssertEqual((model.inputs + model.outputs).map(\.shapeText), ["[n,1,8,8]", "[n,10]"])

        let session = try BNNMSession(model)
        let pixels = [Float](repeating: 0.5, count: 64)
        let image = try BNNMTensor(pixels, shape: [1, 1, 8, 8])
        let byName = try session.run(["image": image])["logits"]
        let byPosition = try session.run([image])[0]
        let oneToOne = try session.run(image)
        XCTAssertEqual(byName, oneToOne)
        XCTAssertEqual(byPosition, oneToOne)
        XCTAssertEqual(oneToOne.shape, [1, 10])

        let flat = try session.run([pixels + pixels], executions: 2)[0]
        XCTAssertEqual(flat, oneToOne.elements + oneToOne.elements)

        let words = try BNNMTensor([3, 1, 4] as [Int64], shape: [1, 3])
        let numbers = try words.elements(as: Int64.self)  // throws for any other type
        let rounded = words.elements  // float32, whatever the tensor's type
        XCTAssertEqual(numbers, [3, 1, 4])
        XCTAssertEqual(rounded, [3, 1, 4])

        do {
            _ = try session.run(["picture": image])
        } catch {
            print(error.status, error.message)  // notFound there is no input 'picture'; the model's inputs are …
        }
        XCTAssertThrowsError(try session.run(["picture": image])) { error in
            XCTAssertEqual((error as? BNNMError)?.status, .notFound)
            XCTAssertEqual("\(error)", "there is no input 'picture'; the model's inputs are 'image' [n,1,8,8]")
        }

        let results = try await withThrowingTaskGroup(of: BNNMTensor.self) { group in
            for _ in 0..<4 { group.addTask { try BNNMSession(model).run(image) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        XCTAssertEqual(results, [BNNMTensor](repeating: oneToOne, count: 4))

        var ones = 0
        let watched = try BNNMSession(model, instructionSets: .generic) { probe, execution, decisions in
            ones += decisions.count { $0 == 1 }
        }
        _ = try watched.run(image)
        XCTAssertGreaterThan(ones, 0)
        XCTAssertLessThan(ones, model.probes.reduce(0) { $0 + $1.elementCount })
    }

    func testEveryExampleOfTheDocumentationIsCompiled() throws {
        func trimmed(_ lines: [String]) -> String {
            lines.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
        }
        let compiled = [
            trimmed(try lines("Sources/classify/main.swift")),
            trimmed(try lines("Tests/EndToEndTests/SwiftDocumentationTests.swift")),
        ]
        var block: [String]?
        var count = 0
        for line in try lines("docs/swift-api.md") {
            if let lines = block, line == "```" {
                let found = compiled.contains { $0.contains(trimmed(lines)) }
                XCTAssertTrue(found, "this example is compiled nowhere:\n" + lines.joined(separator: "\n"))
                block = nil
                count += 1
            } else if line == "```swift" {
                block = []
            } else {
                block?.append(line)
            }
        }
        XCTAssertNil(block)
        XCTAssertGreaterThanOrEqual(count, 7)
    }

    func testEveryStatusStandsInTheTable() throws {
        let rows = try lines("docs/swift-api.md").drop { $0 != "| status | when |" }.dropFirst(2)
            .prefix { $0.hasPrefix("|") }
        let documented = rows.flatMap { row in
            row.components(separatedBy: "|")[1].components(separatedBy: ",").map {
                $0.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
            }
        }
        XCTAssertEqual(documented, BNNMError.Status.allCases.map { "\($0)" })
    }
}
