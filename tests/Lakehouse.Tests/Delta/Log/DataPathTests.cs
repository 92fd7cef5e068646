using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Lakehouse.Delta.Log;

namespace Tapline.Lakehouse.Tests.Delta.Log;

public sealed class DataPathTests
{
    [Theory]
    [InlineData("part-1.parquet", "part-1.parquet")]
    [InlineData("p=a b/x.parquet", "p%3Da%20b/x.parquet")]
    [InlineData("p=a%20b/x", "p%3Da%2520b/x")]
    [InlineData("ü+1", "%C3%BC%2B1")]
    public void A_name_is_escaped_byte_for_byte(string location, string path)
    {
        Assert.Equal(path, DataPath.Encode(location));
        Assert.Equal(location, DataPath.Decode(path));
    }

    [Theory]
    [InlineData("p=a b/x", "p=a b/x")]
    [InlineData("a+b", "a+b")]
    [InlineData("100%", "100%")]
    [InlineData("100%zz", "100%zz")]
    [InlineData("%FF", "%FF")]
    [InlineData("file:///tmp/a%20b", "/tmp/a b")]
    [InlineData("file:/tmp/a", "/tmp/a")]
    [InlineData("s3://bucket/a%20b", "s3://bucket/a b")]
    public void What_other_writers_write_is_understood(string path, string location) =>
        Assert.Equal(location, DataPath.Decode(path));

    [Fact]
    public void Every_name_reads_back_as_itself() => Prop.ForAll<string>(name =>
    {
        // Names are text: a lone surrogate has no UTF-8.
        var text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name ?? ""));
        return text.StartsWith("file:", StringComparison.Ordinal) || DataPath.Decode(DataPath.Encode(text)) == text;
    }).QuickCheckThrowOnFailure();
}
