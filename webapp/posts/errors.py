"""Why a post cannot be read or written."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class PostNotFoundError(ProblemError):
    """No such post, or none that the reader may know of."""

    status = 404
    code = "post_not_found"
    title = "There is no such post here"
    post: str

    @property
    def detail(self) -> str:
        """Name the id."""
        return f"There is no post {self.post} that you may read."


@dataclass(eq=False)
class PostIdTakenError(ProblemError):
    """An id that belongs to another author's post."""

    status = 409
    code = "post_id_taken"
    title = "The id belongs to another post"
    post: str

    @property
    def detail(self) -> str:
        """Say what to do."""
        return f"{self.post} is another author's post; draw a fresh UUIDv7."


@dataclass(eq=False)
class NotYourPostError(ProblemError):
    """An act on somebody else's post."""

    status = 403
    code = "not_your_post"
    title = "The post is not yours"
    post: str

    @property
    def detail(self) -> str:
        """Name the post."""
        return f"{self.post} was made by another account; only its author can change it."


@dataclass(eq=False)
class AnsweredPostUnknownError(ProblemError):
    """A replyTo or quotes that names no version which the author may read."""

    status = 422
    code = "answered_post_unknown"
    title = "The answered or quoted post is not here"
    field_name: str
    content: str

    @property
    def detail(self) -> str:
        """Name the field and the content."""
        return (
            f"{self.field_name} is {self.content}, the content of no post here that you may read; "
            "take it from the post's 'content'."
        )


@dataclass(eq=False)
class PostDeletedError(ProblemError):
    """An act on a post that was deleted."""

    status = 409
    code = "post_deleted"
    title = "The post was deleted"
    post: str

    @property
    def detail(self) -> str:
        """Name the post."""
        return f"{self.post} was deleted by its author; nothing more can be done with it."


@dataclass(eq=False)
class NotPublicError(ProblemError):
    """A repost of what is not for everybody."""

    status = 422
    code = "not_public"
    title = "Only public posts can be passed on"
    post: str

    @property
    def detail(self) -> str:
        """Say for whom it is."""
        return f"{self.post} is for its author's followers only; it cannot be passed on."


@dataclass(eq=False)
class CommentMismatchError(ProblemError):
    """A comment whose record answers something else than the path names."""

    status = 422
    code = "comment_mismatch"
    title = "The comment answers another post"
    path: str
    content: str

    @property
    def detail(self) -> str:
        """Name both."""
        return (
            f"The path names {self.path}, and replyTo is {self.content}, the content of none of its "
            "versions; send them alike."
        )


@dataclass(eq=False)
class NotYourLikesError(ProblemError):
    """A look at what somebody else likes."""

    status = 403
    code = "not_your_likes"
    title = "What somebody likes is theirs to know"
    account: str

    @property
    def detail(self) -> str:
        """Say what can be asked for."""
        return f"Only {self.account} sees that list; ask for your own."


@dataclass(eq=False)
class AnswersItselfError(ProblemError):
    """An edit that makes a post an answer to itself, or to what answers it."""

    status = 422
    code = "answers_itself"
    title = "A post cannot answer itself"
    post: str

    @property
    def detail(self) -> str:
        """Say what to do."""
        return f"By this edit {self.post} would answer itself; answer a post outside of its own thread."


@dataclass(eq=False)
class DeletionMismatchError(ProblemError):
    """A Deletion of another post than the path names."""

    status = 422
    code = "deletion_mismatch"
    title = "The deletion names another post"
    path: str
    record: str

    @property
    def detail(self) -> str:
        """Name both."""
        return f"The path names {self.path}, the deletion {self.record}; send them alike."


@dataclass(eq=False)
class ContentUnknownError(ProblemError):
    """A content that is no version of the post."""

    status = 404
    code = "content_unknown"
    title = "The post has no such version"
    content: str

    @property
    def detail(self) -> str:
        """Name the content."""
        return f"{self.content} is no version of this post; see its history."


@dataclass(eq=False)
class TooManyVersionsError(ProblemError):
    """An edit beyond the number of versions that a post may have."""

    status = 422
    code = "too_many_versions"
    title = "The post has too many versions"
    post: str
    most: int

    @property
    def detail(self) -> str:
        """Say the bound."""
        return f"{self.post} has {self.most} versions, the most there may be; write a new post."


@dataclass(eq=False)
class StalePostError(ProblemError):
    """An If-Match that names another state of a post; carries the post and its present tag, empty for none."""

    status = 412
    code = "post_stale"
    title = "The post was changed meanwhile"
    post_id: str
    current: str

    @property
    def detail(self) -> str:
        """Name the present state and what to do."""
        if not self.current:
            return f"If-Match names a state of {self.post_id}, but you have no such post yet."
        return (
            f'Another client changed {self.post_id}; its ETag is now "{self.current}". Read it again, '
            "then send your change for what it says now."
        )
