import BNNMIR
import XCTest

@testable import BNNMPasses

/// A file of a hundred bytes can ask for constants larger than any machine's memory: they are refused, not computed.
final class FoldConstantsTests: XCTestCase {
    /// A graph whose output is x plus the sum of `count` constants made of one number each.
    private func graph(extent: Int64, count: Int) throws -> SmallGraph {
        var g = SmallGraph([1])
        var sum = g.x
        for index in 0..<count {
            let large = try g.add(Expand(), g.number(1), g.integers([extent]), name: "large\(index)")
            let last = try g.add(Slice(), large, g.integers([-1]), g.integers([extent]))
            sum = try g.add(Add(), sum, last)
        }
        g.output(sum)
        return g
    }

    func testAConstantBeyondMemoryIsRefusedByName() throws {
        XCTAssertThrowsError(try graph(extent: 1 << 38, count: 1).compiled([FoldConstants()])) { error in
            XCTAssertEqual(
                "\(error)",
                "node 'large0' (Expand): its result is a constant of 274877906944 elements, computed when compiling; "
                    + "beside the other constants 536870912 of 536870912 are left")
        }
    }

    func testConstantsThatWereReadMakeRoomForOthers() throws {
        let folded = try graph(extent: 400, count: 5).compiled([FoldConstants(elementLimit: 1000)]).graph
        XCTAssertEqual(folded.operators, ["Add", "Add", "Add", "Add", "Add"])
        XCTAssertThrowsError(try graph(extent: 1001, count: 1).compiled([FoldConstants(elementLimit: 1000)]))
    }
}
